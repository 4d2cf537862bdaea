import { Fault } from '@sanwei/web/graph'
import { send, sendForJson } from '@sanwei/web/http'
import { session } from '@sanwei/web/session'

/** Hands a file in as a proposal. Throws Refusal with the faults of its cells. */
export async function handIn(kind: string, file: File, sheet: string, note: string, datum = ''): Promise<number> {
  const body = new FormData()
  body.append('file', file)
  body.append('sheet', sheet)
  body.append('note', note)
  body.append('datum', datum)
  const headers = { authorization: `Bearer ${await session.bearer()}` }
  return (await sendForJson<{ no: number }>(`/setup/${kind}/editions`, { method: 'POST', body, headers })).no
}

/** Lets the browser save an edition as a file; of a CSV only one sheet. */
export async function takeHome(kind: string, no: number, form: 'csv' | 'xlsx' | 'json', sheet = ''): Promise<void> {
  const headers = { authorization: `Bearer ${await session.bearer()}` }
  const response = await send(`/setup/${kind}/editions/${no}/${form}?sheet=${encodeURIComponent(sheet)}`, { headers })
  if (!response.ok) throw new Fault(String(response.status))
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1]
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = name ?? `${kind}-${no}.${form}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
