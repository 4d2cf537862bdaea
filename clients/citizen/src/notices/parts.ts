import type { NoticesParts } from '@sanwei/web/notices'
import {
  BindWechatDocument,
  NoticeSettingsDocument,
  SetNoticesDocument,
  SubscribePushDocument,
  UnbindWechatDocument,
  UnsubscribePushDocument,
} from '../gql/graphql.ts'

export const parts: NoticesParts = {
  read: NoticeSettingsDocument,
  wish: SetNoticesDocument,
  subscribe: SubscribePushDocument,
  unsubscribe: UnsubscribePushDocument,
  bind: BindWechatDocument,
  unbind: UnbindWechatDocument,
  verify: '/login',
}
