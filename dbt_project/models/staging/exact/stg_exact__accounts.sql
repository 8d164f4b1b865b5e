-- One row per Exact account: customers, suppliers and others. Exact pads Code with blanks to 18 characters.
select
    {{ guid('id') }} as exact_account_id,
    {{ clean_text('code') }} as account_code,
    {{ clean_text('name') }} as account_name,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'accounts') }}
