/** A window nobody looks at draws no frames. */
const UNSEEN_MS = 100

/** Lets a slow phone answer its finger between two pieces of work. */
export const breathe = (): Promise<void> => new Promise((done) => setTimeout(done))

/** Resolves when what stands in the document is on the screen: a slow phone shows it before it draws what comes next. */
export const painted = (): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, UNSEEN_MS)
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))
  })

/** Resolves when the page's own frame has been seen: what a person reads already is not taken away before. */
export const begun = (): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, UNSEEN_MS)
    new PerformanceObserver((seen) => {
      if (seen.getEntriesByName('first-contentful-paint').length) setTimeout(done)
    }).observe({ type: 'paint', buffered: true })
  })
