import { usePage } from '../../components/page.ts'

export default function EditorPage() {
  usePage({ title: 'Edit' })
  return <></>
}
