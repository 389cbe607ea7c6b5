"""Exit codes of commands that ended without an error; that of an error is its `exit_code`."""

PROBLEMS = 1  # what the command looks for was found, or part of its work failed
NO_ANSWER = 3  # somebody who was asked did not answer; also what a ServiceError ends with
INTERRUPTED = 130  # 128 and the number of SIGINT, as of a shell
