/** Puts text on the clipboard; false where the browser forbids it (a page without TLS). */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** Hands text to the phone's own share sheet, or to the clipboard where there is none. */
export async function share(title: string, text: string): Promise<'shared' | 'copied' | 'failed'> {
  if (navigator.share) {
    try {
      await navigator.share({ title, text })
      return 'shared'
    } catch (failure) {
      if ((failure as DOMException).name === 'AbortError') return 'shared' // the person changed their mind
    }
  }
  return (await copy(text)) ? 'copied' : 'failed'
}
