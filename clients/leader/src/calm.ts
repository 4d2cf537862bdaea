import { whenCalm } from '@sanwei/web/live/calm'
import type { LiveList } from '@sanwei/web/live-list'
import { onScopeDispose, watch } from 'vue'

/** Lets waiting rows in by themselves once no hand is at the screen: what a leader must see does not wait for a tap. */
export function letInWhenCalm({ waiting, show }: Pick<LiveList<unknown>, 'waiting' | 'show'>): void {
  const calm = whenCalm(show)
  watch(waiting, (count) => {
    if (count) calm.soon()
  })
  onScopeDispose(() => calm.stop())
}
