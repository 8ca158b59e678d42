import { usePage } from '../../components/page.ts'

export default function LogsPage() {
  usePage({ title: 'Logs' })
  return <></>
}
