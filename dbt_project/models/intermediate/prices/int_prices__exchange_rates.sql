-- One row per pair of currencies: the rate that holds today (SP6).
with

exchange_rates as (
    select
        exact_exchange_rate_id, source_currency_code, target_currency_code, target_per_source, start_date,
        modified_at
    from {{ ref('stg_exact__exchange_rates') }}
    where start_date <= {{ as_of() }} and target_per_source > 0
),

current_rates as (
    select source_currency_code, target_currency_code, target_per_source, start_date
    from exchange_rates
    qualify row_number() over (
        partition by source_currency_code, target_currency_code
        order by start_date desc, modified_at desc nulls last, exact_exchange_rate_id asc
    ) = 1
)

select * from current_rates
