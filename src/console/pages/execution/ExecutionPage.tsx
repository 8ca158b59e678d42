import { usePage } from '../../components/page.ts'

export default function ExecutionPage() {
  usePage({ title: 'Execution' })
  return <></>
}
