-- One row per period of a sales price list.
select
    {{ guid('id') }} as exact_price_list_period_id,
    {{ guid('price_list') }} as exact_price_list_id,
    type as type_code,
    upper({{ clean_text('currency') }}) as currency_code,
    cast(start_date as date) as start_date,
    cast(end_date as date) as end_date
from {{ source('raw_exact', 'sales_price_list_periods') }}
