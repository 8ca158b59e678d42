import { usePage } from '../../components/page.ts'

export default function PipelinePage() {
  usePage({ title: 'Pipeline' })
  return <></>
}
