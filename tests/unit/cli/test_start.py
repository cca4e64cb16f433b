"""What the command line loads before it knows what it is asked."""

import subprocess
import sys

HEAVY = "sorted({'boto3', 'botocore', 'faust'} & sys.modules.keys())"


def test_a_question_that_is_not_about_s3_loads_no_boto3() -> None:
    command = f"import sys, invoice_cli.__main__; print({HEAVY})"

    done = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True)

    assert done.stdout == "[]\n"
