import { readonly, ref } from 'vue'
import { appName } from './app-name.ts'
import { Refusal } from './failures.ts'
import { postJson, serverTime } from './http.ts'
import { keyOf, recall, remember } from './remember.ts'
import { openSafe } from './safe.ts'

interface Grant {
  accessToken: string
  expiresAt: string
}

/** Renew a token this long before its end, so that none expires on the way. */
const MARGIN_MS = 30_000
const DEVICE = 'device'

const owner = ref<string | null>(appName === 'citizen' ? DEVICE : recall('owner'))
/** Whoever was in at the last visit is in until the server says otherwise: without network too. */
const state = ref<'out' | 'in'>(owner.value === null ? 'out' : 'in')
let grant: Grant | null = null
let renewing: Promise<string> | null = null

const auth = <T>(verb: string, body: unknown = {}, token?: string): Promise<T> =>
  postJson<T>(`/auth/${appName}/${verb}`, body, token ? { authorization: `Bearer ${token}` } : {})

function take(next: Grant): string {
  grant = next
  state.value = 'in'
  if (owner.value) void session.afterGrant(owner.value)
  return next.accessToken
}

function enter(staffNo: string): void {
  owner.value = staffNo
  remember('owner', staffNo)
}

function leave(): void {
  grant = null
  state.value = 'out'
  if (appName === 'citizen') return // the next visit begins as a guest on the same device
  owner.value = null
  remember('owner', null)
}

/** Citizens get the session this device already has, or a guest's; staff whose session is over must sign in. */
async function refresh(): Promise<string> {
  if (appName === 'citizen') return take(await auth<Grant>('guest'))
  try {
    return take(await auth<Grant>('refresh'))
  } catch (failure) {
    if (failure instanceof Refusal) leave()
    throw failure
  }
}

/** Who uses this app on this device. The access token lives in memory only; the cookie that renews it is the server's. */
export const session = {
  state: readonly(state),
  /** Whose drafts and outbox these are: the staff number, or 'device' for citizens. Known offline too. */
  owner: readonly(owner),

  /** A token valid for at least 30 s. */
  bearer(): Promise<string> {
    const left = grant ? Date.parse(grant.expiresAt) - serverTime().getTime() : 0
    return grant && left > MARGIN_MS ? Promise.resolve(grant.accessToken) : session.renew()
  },

  /** A new token, asked once however many wait for it. Throws Refusal when the session is over. */
  renew(): Promise<string> {
    renewing ??= refresh().finally(() => {
      renewing = null
    })
    return renewing
  },

  async login(staffNo: string, password: string): Promise<void> {
    const given = await auth<Grant>('login', { staffNo, password, device: navigator.userAgent.slice(0, 120) })
    await openSafe(staffNo, password).catch(() => undefined) // no database, or none that can be sealed
    take(given)
    enter(staffNo)
  },

  /** Sends a code to a citizen's phone; in demo mode the code comes back to be shown. */
  askCode: (phone: string): Promise<{ demoCode?: string }> => auth('code', { phone }),

  /** Signs a citizen in; what this device filed as a guest moves to the account. */
  async verify(phone: string, code: string): Promise<void> {
    take(await auth<Grant>('verify', { phone, code }, await session.bearer()))
  },

  /** Hears each time the server says that this person is in. */
  afterGrant: async (_owner: string): Promise<void> => undefined,

  /** What has to be undone with the token while there is one. */
  beforeLogout: async (): Promise<void> => undefined,

  async logout(): Promise<void> {
    await session.beforeLogout()
    await auth('logout')
    leave()
  },

  /** Goes back to the password, whether the server hears of it or not. */
  async abandon(): Promise<void> {
    await auth('logout').catch(() => undefined)
    leave()
  },
}

// another tab changed who is using the app, or in which post: nothing of the former person may stay on this screen
addEventListener('storage', (event) => {
  if (event.key === keyOf('owner') || event.key === keyOf('post')) location.reload()
})
