"""Small capability documents for tests, and the values that they need."""

from __future__ import annotations

from typing import Final

from actionruns.gateway import Capability, parse_capability

__all__ = ["JOBS", "capability", "changed"]

JOBS: Final = """\
naftiko: 1.0.0-alpha2
info:
  label: Jobs
  description: Jobs of a small service.
binds:
  - namespace: env
    keys:
      KEY: JOBS_KEY
capability:
  consumes:
    - type: http
      namespace: jobs
      baseUri: http://127.0.0.1:1
      resources:
        - name: all
          path: /jobs
          operations:
            - name: list
              method: GET
              description: List jobs.
              inputParameters:
                - name: state
                  in: query
                  type: array
                - name: limit
                  in: query
                  type: integer
            - name: start
              method: POST
              description: Start a job.
              inputParameters:
                - name: body
                  in: body
                  type: object
                  required: true
        - name: one
          path: /jobs/{job_id}
          operations:
            - name: get
              method: GET
              description: Get a job.
              inputParameters:
                - name: job_id
                  in: path
                  type: string
      authentication:
        type: apikey
        key: x-key
        value: '{{env.KEY}}'
        placement: header
  exposes:
    - type: rest
      namespace: jobs-rest
      port: 8080
      resources:
        - path: /jobs
          name: all
          operations:
            - method: GET
              name: list
              call: jobs.list
              with:
                state: rest.state
                limit: rest.limit
              outputParameters:
                - type: array
                  mapping: $.jobs
            - method: POST
              name: start
              call: jobs.start
        - path: /jobs/{job-id}
          name: one
          operations:
            - method: GET
              name: get
              call: jobs.get
              with:
                job_id: rest.job_id
    - type: mcp
      namespace: jobs-mcp
      port: 9090
      transport: http
      tools:
        - name: list-jobs
          description: List jobs.
          hints:
            readOnly: true
          call: jobs.list
          with:
            state: tools.state
            limit: tools.limit
          outputParameters:
            - type: array
              mapping: $.jobs
        - name: start-job
          description: Start a job.
          hints:
            readOnly: false
            idempotent: false
          call: jobs.start
        - name: get-job
          description: Get a job.
          call: jobs.get
          with:
            job_id: tools.id
"""


def changed(*replacements: tuple[str, str], text: str = JOBS) -> str:
    """Return the document with texts replaced, each of which has to be there."""
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def capability(*replacements: tuple[str, str]) -> Capability:
    """Return the document, read."""
    return parse_capability(changed(*replacements).encode(), "jobs.yaml")
