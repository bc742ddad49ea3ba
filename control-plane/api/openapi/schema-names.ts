/** How OpenAPI names the types of the schema table, whose keys are `<package>.<version>.<Type>`. */

const packages: Record<string, string> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  metrics: 'io.k8s.metrics.pkg.apis.metrics',
};

/** Types that the table writes as scalars and OpenAPI as definitions. */
const scalarDefinitions: Record<string, string> = {
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  microTime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  duration: 'io.k8s.apimachinery.pkg.apis.meta.v1.Duration',
};

/** `core.v1.Pod` -> `io.k8s.api.core.v1.Pod` */
export function definitionName(schemaType: string): string {
  const scalar = scalarDefinitions[schemaType];
  if (scalar) return scalar;
  const [group = '', ...rest] = schemaType.split('.');
  return `${packages[group] ?? `io.k8s.api.${group}`}.${rest.join('.')}`;
}
