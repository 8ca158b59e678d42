import { usePage } from '../../components/page.ts'

export default function SettingsPage() {
  usePage({ title: 'Settings' })
  return <></>
}
