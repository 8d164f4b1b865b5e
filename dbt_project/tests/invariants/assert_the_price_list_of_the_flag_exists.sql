-- P11: price_list_code names a price list of Exact, once these were read. Else the flag is wrong.
with

is_read as (
    select count(*) > 0 as is_read
    from {{ source('runs', 'stream_reads') }}
    where source = 'exact' and stream = 'sales_price_lists' and status = 'complete'
),

price_lists as (
    select price_list_code from {{ ref('stg_exact__sales_price_lists') }}
)

select 'price_list_code names no price list of Exact: ' || {{ flag_sql('price_list_code') }} as problem
from is_read
where
    is_read.is_read
    and {{ flag_sql('use_price_lists') }}
    and (
        select count(*) from price_lists
        where lower(price_lists.price_list_code) = lower(trim({{ flag_sql('price_list_code') }}))
    ) = 0
