/** What the components need of the server's types; the generated ones of every app fit. */
export interface ShownPhoto {
  id: string
  url: string
  thumbUrl: string
  takenAt?: string | null
  by?: string | null
}

export interface ShownEntry {
  id: string
  at: string
  verb: string
  opinion?: string | null
  /** A coded reason, in the words of `reason.<key>`. */
  reason?: string | null
  /** The day an extension or a suspension ends. */
  until?: string | null
  by?: { name: string; unit?: { name: string } | null } | null
  /** The leader it was done for. */
  deputyOf?: { name: string } | null
  unit?: { name: string } | null
  photos: readonly ShownPhoto[]
}

export type Level = 'VERY_SATISFIED' | 'SATISFIED' | 'FAIRLY_SATISFIED' | 'DISSATISFIED' | 'VERY_DISSATISFIED'
