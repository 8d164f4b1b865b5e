-- One row per line of a wanted buy order: whether it is a buy order line, and if not, why (BO3, BO4).
-- verdict: sent; waits (for its product, or for Exact to say a quantity); leaves (Optiply must not hold it).
with

lines as (
    select line_id, remote_id, line_number, exact_item_id, ordered_stock_qty, expected_date, is_deleted
    from {{ ref('int_buy_orders__lines') }}
),

line_values as (
    select line_id, subtotal_value, is_amount_missing
    from {{ ref('int_buy_orders__line_values') }}
),

known_products as (
    select remote_id
    from {{ ref('int_orders__known_products') }}
),

items as (
    select exact_item_id, item_code
    from {{ ref('stg_exact__items') }}
),

facts as (
    select
        lines.*,
        {{ whole_units('lines.ordered_stock_qty') }} as quantity,
        line_values.subtotal_value,
        line_values.is_amount_missing,
        known_products.remote_id is not null as is_known_in_optiply,
        coalesce(items.item_code, lines.exact_item_id) as item_name
    from lines
    inner join line_values on lines.line_id = line_values.line_id
    left join known_products on lines.exact_item_id = known_products.remote_id
    left join items on lines.exact_item_id = items.exact_item_id
),

judged as (
    select
        * exclude (is_deleted, is_known_in_optiply),
        case
            when is_deleted then ['leaves', 'BO4', 'line deleted in Exact']
            when exact_item_id is null then ['leaves', 'BO3', 'line without item']
            when quantity is null then ['waits', 'BO3', 'no quantity in Exact']
            when quantity <= 0
                then ['leaves', 'BO3', 'quantity is not above 0: ' || {{ plain_number('ordered_stock_qty') }}]
            when not is_known_in_optiply
                then ['waits', 'BO3', 'product ' || item_name || ' is not in Optiply']
            else ['sent', null, null]
        end as judgement
    from facts
),

line_verdicts as (
    select
        * exclude (judgement),
        judgement[1] as verdict,
        judgement[2] as rule_id,
        judgement[3] as reason
    from judged
)

select * from line_verdicts
