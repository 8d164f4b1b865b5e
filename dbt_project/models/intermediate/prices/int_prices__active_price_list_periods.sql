-- One row per period of the tenant's price list that is active today, in the division's currency (P11).
with

price_lists as (
    select exact_price_list_id, currency_code, division_code
    from {{ ref('stg_exact__sales_price_lists') }}
    where
        {{ flag_sql('use_price_lists') }}
        and lower(price_list_code) = lower(trim({{ flag_sql('price_list_code') }}))
),

periods as (
    select exact_price_list_period_id, exact_price_list_id, type_code, currency_code, start_date, end_date
    from {{ ref('stg_exact__sales_price_list_periods') }}
),

divisions as (
    select division_code, currency_code from {{ ref('stg_exact__divisions') }}
),

deleted_rows as (
    select stream, exact_id from {{ ref('int_deletions__rows') }}
),

active_periods as (
    select
        periods.exact_price_list_period_id,
        coalesce(periods.type_code = 2, false) as is_special_offer,
        periods.start_date
    from periods
    inner join price_lists
        on periods.exact_price_list_id = price_lists.exact_price_list_id
    inner join divisions
        on price_lists.division_code = divisions.division_code
    anti join deleted_rows
        on
            periods.exact_price_list_period_id = deleted_rows.exact_id
            and deleted_rows.stream = 'sales_price_list_periods'
    where
        {{ active_on('periods.start_date', 'periods.end_date', as_of()) }}
        and coalesce(periods.currency_code, price_lists.currency_code, divisions.currency_code)
        = divisions.currency_code
)

select * from active_periods
