import { forgetAnswers } from '@sanwei/web/cache'
import { postJson } from '@sanwei/web/http'
import { remember } from '@sanwei/web/remember'
import { session } from '@sanwei/web/session'

/** Goes on in another post of the same person. Nothing of the former one stays: not here, not in other tabs. */
export async function switchPost(holdingId: string): Promise<void> {
  const authorization = `Bearer ${await session.bearer()}`
  await postJson('/auth/officer/switch', { holdingId }, { authorization })
  await forgetAnswers()
  remember('post', holdingId)
  location.hash = '#/'
  location.reload()
}
