import { appName } from './app-name.ts'
import { forgetAnswers } from './cache.ts'
import { postJson } from './http.ts'
import { remember } from './remember.ts'
import { session } from './session.ts'

/** Goes on in another post of the same person. Nothing of the former one stays: not here, not in other tabs. */
export async function switchPost(holdingId: string): Promise<void> {
  const authorization = `Bearer ${await session.bearer()}`
  await postJson(`/auth/${appName}/switch`, { holdingId }, { authorization })
  await forgetAnswers()
  remember('post', holdingId)
  location.hash = '#/'
  location.reload()
}
