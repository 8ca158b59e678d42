import { usePage } from '../../components/page.ts'

export default function WebhooksPage() {
  usePage({ title: 'Web-hooks' })
  return <></>
}
