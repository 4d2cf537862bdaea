import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core'
import { type CellFault, Fault, failureFor, Refusal } from './failures.ts'
import { send } from './http.ts'
import { session } from './session.ts'

export { type CellFault, Fault, Offline, Refusal } from './failures.ts'

/** A generated operation: its text, in a built app its identifier, and in its type what it takes and gives. */
export interface Doc<T, V> extends DocumentTypeDecoration<T, V> {
  toString(): string
}

/** Variables may be left out when none is required. */
export type Variables<V> = Record<string, never> extends V ? [variables?: V] : [variables: V]

export interface GraphError {
  message: string
  extensions?: { code?: string; params?: Record<string, string | number>; field?: string; faults?: CellFault[] }
}

interface Answer<T> {
  data?: T | null
  errors?: GraphError[]
}

/** The refusal or fault an answer's first error stands for. */
export function failureOf({ extensions = {} }: GraphError): Refusal | Fault {
  return failureFor(extensions.code ?? 'INTERNAL', extensions.params, extensions.field, extensions.faults)
}

/** How a request names its document. */
export function named(doc: { toString(): string }): { query: string } | { documentId: string } {
  const text = doc.toString()
  return text.startsWith('sha256:') ? { documentId: text } : { query: text }
}

async function post<T>(doc: Doc<T, never>, variables: unknown, token: string): Promise<T> {
  const response = await send('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ ...named(doc), variables }),
  })
  const answer = (await response.json().catch(() => ({}))) as Answer<T>
  if (answer.errors?.[0]) throw failureOf(answer.errors[0])
  if (response.status === 401) throw new Refusal('UNAUTHENTICATED')
  if (!response.ok || !answer.data) throw new Fault(String(response.status))
  return answer.data
}

/**
 * Runs one query or mutation. An expired session is renewed once, silently.
 * Throws Refusal for a coded no, Offline when nothing answers, Fault when the system failed.
 */
export async function graph<T, V>(doc: Doc<T, V>, ...[variables]: Variables<V>): Promise<T> {
  const typed = doc as unknown as Doc<T, never>
  try {
    return await post(typed, variables, await session.bearer())
  } catch (failure) {
    if (!(failure instanceof Refusal) || failure.code !== 'UNAUTHENTICATED') throw failure
    return post(typed, variables, await session.renew())
  }
}
