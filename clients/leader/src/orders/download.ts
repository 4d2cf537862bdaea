import { Fault, failureFor } from '@sanwei/web/failures'
import { send } from '@sanwei/web/http'
import { session } from '@sanwei/web/session'
import type { Wanted } from './behind'

export const FORMS = ['xlsx', 'csv'] as const
export type Form = (typeof FORMS)[number]

/** What the server is asked for: its own names of figure and order are in small letters. */
export const asked = ({ figure, area, search, sort }: Wanted, form: Form, reason: string, language: string) => ({
  figure: figure.toLowerCase(),
  sort: sort.toLowerCase(),
  area,
  search,
  form,
  reason,
  language,
})

/** The cases of a list as a file on this device. Throws Refusal when the server says no. */
export async function download(list: Wanted, form: Form, reason: string, language: string): Promise<void> {
  const response = await send('/export/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await session.bearer()}` },
    body: JSON.stringify(asked(list, form, reason, language)),
  })
  if (!response.ok) {
    const told = (await response.json().catch(() => ({}))) as {
      code?: string
      params?: Record<string, string>
      field?: string
    }
    throw told.code ? failureFor(told.code, told.params, told.field) : new Fault(String(response.status))
  }
  const address = URL.createObjectURL(await response.blob())
  Object.assign(document.createElement('a'), { href: address, download: `cases.${form}` }).click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
