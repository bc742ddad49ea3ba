/**
 * Replaces $(NAME) by the variable's value. $$ is a literal $, so $$(NAME) stays as text;
 * a name that is not known is left as it stands (Kubernetes' rules for command, args and env).
 */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (match: string, name: string | undefined) => {
    if (match === '$$') return '$';
    return variables.get(name ?? '') ?? match;
  });
}
