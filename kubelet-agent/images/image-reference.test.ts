import { expect } from 'chai';
import { parseImageReference, renderImageReference } from './image-reference.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe('image reference', () => {
  const full: [string, string][] = [
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/app:v1', 'localhost:5000/app:v1'],
    ['127.0.0.1:5000/a/b/c:v1', '127.0.0.1:5000/a/b/c:v1'],
    ['ghcr.io/owner/app', 'ghcr.io/owner/app:latest'],
    [`nginx@${digest}`, `docker.io/library/nginx@${digest}`],
    [`registry.k8s.io/pause:3.9@${digest}`, `registry.k8s.io/pause:3.9@${digest}`],
  ];
  for (const [image, expected] of full) {
    it(`reads ${image.slice(0, 40)} as ${expected.slice(0, 50)}`, () => {
      expect(renderImageReference(parseImageReference(image))).to.equal(expected);
    });
  }

  for (const image of ['', 'Nginx', 'a//b', 'nginx:', 'nginx:-x', 'nginx@sha256:short', ':tag', 'a b', '/nginx']) {
    it(`refuses "${image}"`, () => {
      expect(() => parseImageReference(image)).to.throw('invalid reference format');
    });
  }
});
