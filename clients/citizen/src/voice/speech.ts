import { language } from '@sanwei/web/i18n'
import { onScopeDispose, type Ref, readonly, ref } from 'vue'

interface Recogniser {
  lang: string
  continuous: boolean
  onresult: ((event: { resultIndex: number; results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null
  onerror: ((event: { error: string }) => void) | null
  onend: (() => void) | null
  start(): void
  stop(): void
}

export interface Speech {
  /** False where the browser cannot turn speech into text. */
  able: Readonly<Ref<boolean>>
  listening: Readonly<Ref<boolean>>
  toggle(): void
}

/** Errors after which asking again is of no use. */
const HOPELESS = new Set(['not-allowed', 'service-not-allowed', 'network', 'language-not-supported', 'audio-capture'])

/** Dictation by the browser; every sentence it has understood is handed over as text. */
export function useSpeech(hear: (words: string) => void, failed: () => void): Speech {
  const known = window as { SpeechRecognition?: new () => Recogniser; webkitSpeechRecognition?: new () => Recogniser }
  const Recognition = known.SpeechRecognition ?? known.webkitSpeechRecognition
  const able = ref(Recognition !== undefined)
  const listening = ref(false)
  let recogniser: Recogniser | undefined

  function start(): void {
    if (!Recognition) return
    recogniser = new Recognition()
    recogniser.lang = language.value === 'en' ? 'en' : 'zh-CN'
    recogniser.continuous = true
    recogniser.onresult = ({ resultIndex, results }) => {
      for (const result of Array.from(results).slice(resultIndex)) hear(result[0]?.transcript ?? '')
    }
    recogniser.onerror = ({ error }) => {
      if (HOPELESS.has(error)) able.value = false
      if (error !== 'aborted') failed()
    }
    recogniser.onend = () => {
      listening.value = false
    }
    recogniser.start()
    listening.value = true
  }

  const stop = (): void => recogniser?.stop()
  onScopeDispose(stop)
  return { able: readonly(able), listening: readonly(listening), toggle: () => (listening.value ? stop() : start()) }
}
