-- One row per pair of currencies and start date. A rate holds until the next one of its pair.
select
    {{ guid('id') }} as exact_exchange_rate_id,
    upper({{ clean_text('source_currency') }}) as source_currency_code,
    upper({{ clean_text('target_currency') }}) as target_currency_code,
    rate as target_per_source,
    cast(start_date as date) as start_date,
    division as division_code,
    {{ instant('modified') }} as modified_at
from {{ source('raw_exact', 'exchange_rates') }}
