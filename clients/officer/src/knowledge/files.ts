import { Fault } from '@sanwei/web/graph'
import { send } from '@sanwei/web/http'
import { session } from '@sanwei/web/session'

/** A row of a handed-in table that does not fit. */
export interface RowFault {
  line: number
  column: string
  code: string
  value: string
}

export type Brought = { new: number; changed: number } | { code: string; faults: readonly RowFault[] }

const authorised = async (): Promise<Record<string, string>> => ({ authorization: `Bearer ${await session.bearer()}` })

/** Hands a table in: every row that is new or different becomes a draft, or none does and the faults are told. */
export async function handIn(file: File): Promise<Brought> {
  const response = await send('/knowledge', { method: 'PUT', headers: await authorised(), body: file })
  const told = (await response.json().catch(() => undefined)) as Brought | undefined
  if (!told || (!response.ok && !('code' in told))) throw new Fault(String(response.status))
  return 'code' in told ? { code: told.code, faults: told.faults ?? [] } : told
}
