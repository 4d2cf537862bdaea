/** A window nobody looks at draws no frames. */
const UNSEEN_MS = 100

/** Lets a slow phone answer its finger between two pieces of work. */
export const breathe = (): Promise<void> => new Promise((done) => setTimeout(done))

/** Resolves when what stands in the document is on the screen: a slow phone shows it before it draws what comes next. */
export const painted = (): Promise<void> =>
  new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))
    setTimeout(done, UNSEEN_MS)
  })
