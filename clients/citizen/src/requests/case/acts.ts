import { sentence } from '@sanwei/web/errors'
import { graph } from '@sanwei/web/graph'
import { t } from '@sanwei/web/i18n'
import { uuid } from '@sanwei/web/ids'
import { toast } from '@sanwei/web/toast'
import { type Ref, readonly, ref } from 'vue'
import { type RequestCaseFragment, UrgeRequestDocument, WithdrawRequestDocument } from '../../gql/graphql.ts'
import { publicUrl } from '../../public/url.ts'
import { share } from '../copy.ts'
import { titleOf } from '../words.ts'
import { download, recordOf } from './record.ts'

export interface Acts {
  busy: Readonly<Ref<boolean>>
  urge(): Promise<void>
  withdraw(): Promise<void>
  send(): Promise<void>
  /** 导出: the case as a file of the person's own. */
  save(): void
}

/** What a person does on a case page by one tap. A refusal is said as a sentence and changes nothing. */
export function useActs(row: Readonly<Ref<RequestCaseFragment | null>>, put: (row: RequestCaseFragment) => void): Acts {
  const busy = ref(false)

  async function run(words: string, act: (row: RequestCaseFragment) => Promise<RequestCaseFragment>): Promise<void> {
    if (busy.value || !row.value) return
    busy.value = true
    try {
      put(await act(row.value))
      toast(t(words))
    } catch (failure) {
      toast(sentence(failure))
    } finally {
      busy.value = false
    }
  }

  return {
    busy: readonly(busy),
    urge: () =>
      run('case.urged', async ({ id }) => (await graph(UrgeRequestDocument, { id, opId: uuid() })).urgeRequest),
    withdraw: () =>
      run(
        'case.withdrawn',
        async ({ id, version }) =>
          (await graph(WithdrawRequestDocument, { id, version, opId: uuid() })).withdrawRequest,
      ),
    async send() {
      if (!row.value) return
      const { no, state } = row.value
      const title = titleOf(row.value)
      const done = await share(
        title,
        t('case.shareText', { title, no, state: t(`state.case.${state}`), url: publicUrl(no) }),
      )
      if (done !== 'shared') toast(t(done === 'copied' ? 'case.shareCopied' : 'copyFailed', { text: no }))
    },
    save() {
      if (!row.value) return
      download(`${row.value.no}.txt`, recordOf(row.value))
      toast(t('case.saved', { name: `${row.value.no}.txt` }))
    },
  }
}
