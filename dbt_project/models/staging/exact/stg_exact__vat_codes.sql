-- One row per VAT code.
select
    {{ guid('id') }} as exact_vat_code_id,
    {{ clean_text('code') }} as vat_code,
    {{ clean_text('type') }} as vat_type_code,
    -- a fraction: 0.21
    percentage as vat_fraction,
    {{ is_yes('is_blocked') }} as is_blocked,
    {{ instant('modified') }} as modified_at,
    division as division_code
from {{ source('raw_exact', 'vat_codes') }}
