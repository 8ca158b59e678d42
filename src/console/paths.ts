/** Every address of the console in one place: pages never put a path together themselves. All are below `/console`. */

const e = encodeURIComponent

export const paths = {
  fleet: () => '/',
  newPipeline: () => '/pipelines/new',
  pipeline: (name: string) => `/pipelines/${e(name)}`,
  editor: (name: string) => `/pipelines/${e(name)}/edit`,
  versions: (name: string) => `/pipelines/${e(name)}/versions`,
  compare: (name: string, a: string, b: string) => `/pipelines/${e(name)}/compare?a=${e(a)}&b=${e(b)}`,
  execution: (name: string, id: string) => `/pipelines/${e(name)}/executions/${e(id)}`,
  logs: (name: string, id: string) => `/pipelines/${e(name)}/executions/${e(id)}/logs`,
  approvals: () => '/approvals',
  repositories: () => '/repositories',
  repository: (name: string) => `/repositories/${e(name)}`,
  projects: () => '/codebuild/projects',
  project: (name: string) => `/codebuild/projects/${e(name)}`,
  build: (project: string, id: string) => `/codebuild/projects/${e(project)}/builds/${e(id)}`,
  webhooks: () => '/webhooks',
  events: () => '/events',
  audit: () => '/audit',
  settings: () => '/settings',
} as const

/** The patterns behind `paths`, for the router. */
export const patterns = {
  fleet: '/',
  newPipeline: '/pipelines/new',
  pipeline: '/pipelines/:name',
  editor: '/pipelines/:name/edit',
  versions: '/pipelines/:name/versions',
  compare: '/pipelines/:name/compare',
  execution: '/pipelines/:name/executions/:id',
  logs: '/pipelines/:name/executions/:id/logs',
  approvals: '/approvals',
  repositories: '/repositories',
  repository: '/repositories/:name',
  projects: '/codebuild/projects',
  project: '/codebuild/projects/:name',
  build: '/codebuild/projects/:name/builds/:id',
  webhooks: '/webhooks',
  events: '/events',
  audit: '/audit',
  settings: '/settings',
} as const satisfies Record<keyof typeof paths, string>
