import { usePage } from '../../components/page.ts'

export default function AuditPage() {
  usePage({ title: 'Audit trail' })
  return <></>
}
