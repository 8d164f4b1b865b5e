-- One row per unsent purchase order with export_order_number: the number it asks Exact for (X6). NULL, with
-- the reason, where Exact must number the order itself.
with

order_headers as (
    select optiply_buy_order_id from {{ ref('int_export__order_headers') }}
),

taken_numbers as (
    select distinct order_number
    from {{ ref('stg_exact__purchase_orders') }}
    where order_number is not null
),

-- OrderNumber is Int32; an id in any other spelling than the number's own could ask for the same number twice
wanted_numbers as (
    select
        optiply_buy_order_id,
        case
            when regexp_full_match(optiply_buy_order_id, '[1-9][0-9]*')
                then try_cast(optiply_buy_order_id as integer)
        end as wanted_number
    from order_headers
    where {{ flag_sql('export_order_number') }}
),

order_numbers as (
    select
        wanted_numbers.optiply_buy_order_id,
        case when taken_numbers.order_number is null then wanted_numbers.wanted_number end as order_number,
        case
            when wanted_numbers.wanted_number is null
                then 'Optiply''s id is no order number that Exact can hold'
            when taken_numbers.order_number is not null
                then 'Exact has a purchase order ' || taken_numbers.order_number || ' already'
        end as no_number_reason
    from wanted_numbers
    left join taken_numbers on wanted_numbers.wanted_number = taken_numbers.order_number
)

select * from order_numbers
