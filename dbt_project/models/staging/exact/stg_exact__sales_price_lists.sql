-- One row per sales price list.
select
    {{ guid('id') }} as exact_price_list_id,
    {{ clean_text('code') }} as price_list_code,
    upper({{ clean_text('currency') }}) as currency_code,
    division as division_code
from {{ source('raw_exact', 'sales_price_lists') }}
