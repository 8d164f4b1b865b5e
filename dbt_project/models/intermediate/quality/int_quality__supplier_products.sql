-- One row per supplier item and thing that was left out or changed on its way to Optiply (C9).
with

supplier_items as (
    select exact_supplier_item_id, exact_item_id, exact_account_id
    from {{ ref('stg_exact__supplier_products') }}
),

chosen as (
    select exact_supplier_item_id, exact_item_id, exact_account_id, is_claim_lost
    from {{ ref('int_supplier_products__chosen') }}
),

prices as (
    select
        prices.exact_supplier_item_id, prices.currency_code, prices.unrounded_price,
        prices.is_purchase_unit_factor_unusable, prices.has_unusable_unit_count, prices.is_rate_missing,
        prices.is_out_of_range, prices.is_moved_by_rounding
    from {{ ref('int_prices__supplier_products') }} as prices
    -- what is left out needs no further words
    semi join chosen on prices.exact_supplier_item_id = chosen.exact_supplier_item_id
),

issues as (
    select
        exact_supplier_item_id as remote_id, 'SP1' as rule_id,
        'names no item or no supplier' as reason, 'left_out' as severity
    from supplier_items
    where exact_item_id is null or exact_account_id is null
    union all
    select
        supplier_items.exact_supplier_item_id as remote_id, 'SP7' as rule_id,
        'another row of the same item and supplier stands for both: ' || chosen.exact_supplier_item_id
            as reason,
        'left_out' as severity
    from supplier_items
    inner join chosen
        on
            supplier_items.exact_item_id = chosen.exact_item_id
            and supplier_items.exact_account_id = chosen.exact_account_id
    where supplier_items.exact_supplier_item_id <> chosen.exact_supplier_item_id
    union all
    select
        exact_supplier_item_id as remote_id, 'SP2' as rule_id,
        'claims to be the main supplier; another claim was modified later' as reason, 'changed' as severity
    from chosen
    where {{ flag_sql('map_preferred_supplier') }} and is_claim_lost
    union all
    select
        exact_supplier_item_id as remote_id, 'SP6' as rule_id,
        'the purchase unit holds no number of stock units; taken as 1' as reason, 'changed' as severity
    from prices
    where is_purchase_unit_factor_unusable
    union all
    select
        exact_supplier_item_id as remote_id, 'SP6' as rule_id,
        'the price unit is not the stock unit and holds no number of stock units; taken as 1' as reason,
        'changed' as severity
    from prices
    where has_unusable_unit_count
    union all
    select
        exact_supplier_item_id as remote_id, 'SP6' as rule_id,
        'no exchange rate today for ' || coalesce(currency_code, 'its currency') || '; sent without price'
            as reason,
        'changed' as severity
    from prices
    where is_rate_missing
    union all
    select
        exact_supplier_item_id as remote_id, 'P12' as rule_id,
        'price ' || unrounded_price || ' is out of range; sent as 0' as reason, 'changed' as severity
    from prices
    where is_out_of_range
    union all
    select
        exact_supplier_item_id as remote_id, 'U5' as rule_id,
        'price ' || unrounded_price || ' per converted unit moves by more than 1 % when rounded' as reason,
        'changed' as severity
    from prices
    where is_moved_by_rounding
)

select
    'supplierProducts' as entity,
    remote_id,
    rule_id,
    reason,
    severity
from issues
