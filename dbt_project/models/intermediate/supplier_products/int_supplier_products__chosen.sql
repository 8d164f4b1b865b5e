-- One row per item and supplier: the supplier item that stands for the pair (SP7).
with

supplier_items as (
    select exact_supplier_item_id, exact_item_id, exact_account_id, is_main_supplier, modified_at
    from {{ ref('stg_exact__supplier_products') }}
    where exact_item_id is not null and exact_account_id is not null
),

deleted_supplier_items as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'supplier_products'
),

candidates as (
    select
        supplier_items.exact_supplier_item_id,
        supplier_items.exact_item_id,
        supplier_items.exact_account_id,
        supplier_items.is_main_supplier,
        supplier_items.modified_at,
        deleted_supplier_items.exact_id is not null as is_deleted
    from supplier_items
    left join deleted_supplier_items
        on supplier_items.exact_supplier_item_id = deleted_supplier_items.exact_id
),

chosen as (
    select exact_supplier_item_id, exact_item_id, exact_account_id, is_main_supplier, modified_at, is_deleted
    from candidates
    -- a deleted row stands for its pair only where nothing else does
    qualify row_number() over (
        partition by exact_item_id, exact_account_id
        order by
            is_deleted asc, is_main_supplier desc, modified_at desc nulls last, exact_supplier_item_id asc
    ) = 1
),

-- SP2: the first claim per item keeps it
ranked_claims as (
    select
        exact_supplier_item_id,
        row_number() over (
            partition by exact_item_id order by modified_at desc nulls last, exact_supplier_item_id asc
        ) as claim_rank
    from chosen
    where is_main_supplier and not is_deleted
)

select
    chosen.exact_supplier_item_id,
    chosen.exact_item_id,
    chosen.exact_account_id,
    chosen.is_deleted,
    coalesce(ranked_claims.claim_rank = 1, false) as is_preferred,
    coalesce(ranked_claims.claim_rank > 1, false) as is_claim_lost
from chosen
left join ranked_claims
    on chosen.exact_supplier_item_id = ranked_claims.exact_supplier_item_id
