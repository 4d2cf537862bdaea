import { sendForJson } from './http.ts'

export interface DemoAccount {
  staffNo: string
  name: string
  postName: string
  unit: string
  password: string
}

export interface Config {
  demo: boolean
  production: boolean
  district: { code: string; name: string }
  hotline: string
  version: string
  demoAccounts?: { officer: DemoAccount[]; leader: DemoAccount[] }
}

let asked: Promise<Config> | undefined

/** What this installation is; asked once, again only after a failure. */
export function config(): Promise<Config> {
  asked ??= sendForJson<Config>('/config.json').catch((failure: unknown) => {
    asked = undefined
    throw failure
  })
  return asked
}
