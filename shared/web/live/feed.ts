import { follow } from '../follow.ts'
import { type Feed, READY, type RowEvent } from './row.ts'

/** How long a reading waits for its feed; a feed that begins later makes the page read once more. */
const FEED_FIRST_MS = 300

export interface Listening {
  /** Resolves when the feed has begun, or when it takes too long. */
  ready: Promise<void>
  stop(): void
}

export interface Listener<R> {
  hear(event: RowEvent<R>): void
  /** Something may have been missed: read again. */
  missed(): unknown
}

/** Subscribes first, so that nothing between reading and listening is lost. */
export function listen<R>(feed: Feed<R> | undefined, { hear, missed }: Listener<R>): Listening {
  if (!feed) return { ready: Promise.resolve(), stop: () => undefined }
  let late = false
  let begun: () => void = () => undefined
  const ready = new Promise<void>((done) => {
    begun = done
    setTimeout(() => {
      late = true
      done()
    }, FEED_FIRST_MS)
  })
  let first = true
  const stop = follow(feed.doc, feed.variables ?? {}, {
    cursor: (data) => feed.event(data).cursor,
    event(data) {
      const event = feed.event(data)
      if (event.verb !== READY) return hear(event)
      begun()
      if (first && late) void missed()
      first = false
    },
    poll: missed,
    refused() {
      first = late = true // begins anew without its cursor
      void missed()
    },
  })
  return { ready, stop }
}
