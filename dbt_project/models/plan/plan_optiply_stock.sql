-- One row per known product whose stock level in Optiply is another than in Exact: the quick path between two
-- whole pushes. It changes the stock level and nothing else, so what else is due stays due.
with

products as (
    select
        entity, operation, remote_id, optiply_id, payload, payload_hash, changed_attributes, blocked_by,
        json_extract(changed_attributes, '$.stock_level') as stock_change,
    from {{ ref('plan_optiply_products') }}
    where operation = 'update'
),

records as (
    select remote_id, payload as accepted_payload
    from {{ source('ledger', 'records') }}
    where entity = 'products'
),

stock_changes as (
    select
        products.*,
        len(json_keys(products.changed_attributes)) = 1 as is_only_stock,
        json_merge_patch(
            records.accepted_payload,
            json_object('stock_level', json_extract(products.stock_change, '$.new'))
        ) as accepted_with_stock,
    from products
    -- of a record known by its id only nobody knows the stock: the whole push sends all of it
    inner join records on products.remote_id = records.remote_id and records.accepted_payload is not null
    where products.stock_change is not null
),

plan_optiply_stock as (
    select
        entity,
        operation,
        remote_id,
        optiply_id,
        case when is_only_stock then payload else cast(accepted_with_stock as varchar) end as payload,
        -- where more is due this is the hash of no desired state, so the next whole plan sees the rest
        case when is_only_stock then payload_hash else md5(cast(accepted_with_stock as varchar)) end
            as payload_hash,
        cast(json_object('stock_level', stock_change) as varchar) as changed_attributes,
        'stock level changed' as reason,
        blocked_by,
    from stock_changes
)

select * from plan_optiply_stock
