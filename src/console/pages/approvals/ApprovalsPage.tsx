import { usePage } from '../../components/page.ts'

export default function ApprovalsPage() {
  usePage({ title: 'Approvals' })
  return <></>
}
