-- One row per Exact account, supplier or not: the sync endpoint cannot be filtered.
select
    {{ guid('id') }} as exact_account_id,
    {{ clean_text('code') }} as account_code,
    {{ clean_text('name') }} as account_name,
    {{ clean_text('email') }} as email,
    {{ is_yes('is_supplier') }} as is_supplier,
    {{ is_yes('blocked') }} as is_blocked,
    purchase_lead_days,
    upper({{ clean_text('purchase_currency') }}) as purchase_currency_code,
    {{ guid('account_manager') }} as exact_account_manager_id,
    {{ clean_text('account_manager_full_name') }} as account_manager_name,
    cast(start_date as date) as start_date,
    cast(end_date as date) as end_date,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'suppliers') }}
