import { usePage } from '../../components/page.ts'

export default function NewPipelinePage() {
  usePage({ title: 'New pipeline' })
  return <></>
}
