import { failureFor } from './failures.ts'
import { Fault } from './graph.ts'
import { send } from './http.ts'
import { session } from './session.ts'

/** Lets the browser save the report as a workbook. Throws Refusal without a reason. */
export async function takeReport(kind: string, day: string | null, reason: string): Promise<void> {
  const headers = { authorization: `Bearer ${await session.bearer()}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ kind: kind.toLowerCase(), day, reason })
  const response = await send('/reports/evaluation', { method: 'POST', headers, body })
  if (!response.ok) {
    const { code, params, field } = await response.json().catch(() => ({}))
    throw code ? failureFor(code, params, field) : new Fault(String(response.status))
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'report.xlsx'
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
