"""All that enters: Exact Online and Optiply into `raw_*`.

dlt reads its settings from the environment, once, when it is first used; that is why they stand here, before
any module of this package imports it. They win over a configuration file in the home folder.
"""

import os

os.environ.update(
    {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",  # warns at each load that declared types win over Arrow's: they shall
        "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",  # Arrow pages get none otherwise
        "LOAD__TRUNCATE_STAGING_DATASET": "true",  # or copies of the last load stay where analysts look
        "LOAD__WORKERS": "2",
    }
)
