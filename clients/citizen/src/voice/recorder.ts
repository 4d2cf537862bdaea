import { MOST_SECONDS, type Voice, voiceOf } from '@sanwei/web/voice'
import { onScopeDispose, type Ref, readonly, ref } from 'vue'

export interface Recorder {
  recording: Readonly<Ref<boolean>>
  /** Whole seconds so far. */
  seconds: Readonly<Ref<number>>
  start(): Promise<void>
  stop(): void
}

/** Records one note at a time, at most a minute; `failed` when there is no microphone, no leave to use it, or no sound. */
export function useRecorder(take: (voice: Voice) => void, failed: () => void): Recorder {
  const recording = ref(false)
  const seconds = ref(0)
  let recorder: MediaRecorder | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let gone = false

  async function start(): Promise<void> {
    if (recording.value) return
    recording.value = true
    seconds.value = 0
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { noiseSuppression: true } })
      const parts: Blob[] = []
      recorder = new MediaRecorder(stream)
      recorder.ondataavailable = ({ data }) => parts.push(data)
      recorder.onstop = () => {
        for (const track of stream.getTracks()) track.stop()
        if (!gone) void voiceOf(new Blob(parts, { type: recorder?.mimeType ?? '' })).then(take, failed)
      }
      recorder.start()
      if (gone || !recording.value) return stop()
      timer = setInterval(() => {
        seconds.value += 1
        if (seconds.value >= MOST_SECONDS) stop()
      }, 1000)
    } catch {
      over()
      failed()
    }
  }

  function over(): void {
    clearInterval(timer)
    recording.value = false
  }

  function stop(): void {
    if (recorder?.state === 'recording') recorder.stop()
    over()
  }

  onScopeDispose(() => {
    gone = true
    stop()
  })
  return { recording: readonly(recording), seconds: readonly(seconds), start, stop }
}
