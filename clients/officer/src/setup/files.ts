import { sendForJson } from '@sanwei/web/http'
import { takeHome } from '@sanwei/web/save'
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

/** Hands an edition to the device; of a CSV only one sheet. */
export const take = (kind: string, no: number, form: 'csv' | 'xlsx' | 'json', sheet = ''): Promise<void> =>
  takeHome(`/setup/${kind}/editions/${no}/${form}?sheet=${encodeURIComponent(sheet)}`)
