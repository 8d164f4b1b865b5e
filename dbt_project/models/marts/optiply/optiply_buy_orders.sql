-- One row per buy order that Optiply should hold.
with

documents as (
    select remote_id, document_type, supplier_remote_id, placed_date, expected_date, completed
    from {{ ref('int_buy_orders__documents') }}
),

verdicts as (
    select remote_id, is_in_optiply
    from {{ ref('int_buy_orders__verdicts') }}
    where verdict = 'wanted'
),

totals as (
    select remote_id, sum(subtotal_value) as total_value
    from {{ ref('int_buy_orders__line_verdicts') }}
    -- the lines this leaves out are listed in int_quality__buy_orders (BO3)
    where verdict = 'sent'
    group by remote_id
),

buy_orders as (
    select
        documents.remote_id,
        {{ instant_text('documents.placed_date') }} as placed,
        documents.completed,
        documents.supplier_remote_id,
        cast(coalesce(totals.total_value, 0) as decimal(19, 2)) as total_value,
        {{ instant_text('documents.expected_date') }} as expected_delivery_date,
        documents.document_type in ('assembly_order', 'shop_order') as assembly
    from documents
    inner join verdicts on documents.remote_id = verdicts.remote_id
    left join totals on documents.remote_id = totals.remote_id
    -- BO3: an order without lines waits; one that Optiply holds already goes on
    where totals.remote_id is not null or verdicts.is_in_optiply
)

select * from buy_orders
