"""A small specification."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Request-ID": "abc-123",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
OPENAPI = """
openapi: 3.1.0
info: {title: Small, version: 0.0.1}
x-every-operation:
  '500': {description: A fault.}
paths:
  /api/v1/posts/{slug}:
    get:
      operationId: get_post
      responses:
        '200':
          description: A post.
          headers:
            ETag: {required: true, schema: {type: string}}
            Cache-Control: {required: true, schema: {const: no-cache}}
          content:
            application/json: {schema: {$ref: '#/components/schemas/Post'}}
        '404':
          description: None.
          content:
            application/problem+json: {schema: {type: object}}
    delete:
      operationId: delete_post
      responses:
        '204': {description: Gone.}
  /api/v1/posts:
    get:
      operationId: list_posts
      responses:
        '200':
          description: Posts.
          content:
            application/json: {schema: {type: object}}
  /api/v1/posts/first:
    get:
      operationId: get_first_post
      responses:
        '200': {description: The first.}
components:
  schemas:
    Post:
      type: object
      additionalProperties: false
      required: [slug, title]
      properties:
        slug: {type: string}
        title: {type: string, maxLength: 10}
"""
REQUIREMENTS = """# Posts

Profile: api

- **POST-01** MUST A post can be read
  by everybody.
- **POST-02** SHOULD Reading is quick.
- **POST-03** MUST Nothing is lost. *Untestable over HTTP: it would need
  a power cut.*
"""
