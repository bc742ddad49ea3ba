import { LongshoreError } from '../../lib/errors/errors.js';
import { fanOut, runCommand } from './docker-runner.js';
import { requireLab } from './lab.js';

/**
 * Copies an image of this host's engine into the engine of every node.
 * @returns the names of the nodes that have it now
 * @throws LongshoreError NotFound when this host has no such image, Unavailable when a node did not take it
 */
export async function loadImage(project: string, image: string): Promise<string[]> {
  const containers = await requireLab(project);
  const nodes = containers.filter(({ service }) => service === 'node');
  await requireImage(image);
  const running = nodes.filter(({ state }) => state === 'running');
  const loads = await fanOut(
    ['docker', 'save', image],
    running.map(({ id }) => ['docker', 'exec', '-i', id, 'docker', 'load', '--quiet']),
  );
  const ends = await Promise.all(loads.map(({ ended }) => ended));
  const problems = [
    ...running.flatMap(({ name }, index) => (ends[index] === undefined ? [] : [`${name}: ${ends[index]}`])),
    ...nodes.filter((node) => !running.includes(node)).map(({ name, state }) => `${name} does not run (${state})`),
  ];
  if (problems.length > 0) throw new LongshoreError('Unavailable', `${image} is not on every node: ${problems.join('; ')}`);
  return running.map(({ name }) => name);
}

async function requireImage(image: string): Promise<void> {
  try {
    await runCommand(['docker', 'image', 'inspect', image]);
  } catch (thrown) {
    throw new LongshoreError('NotFound', `this host has no image ${image}: docker pull or docker build it first`, {
      cause: thrown,
    });
  }
}
