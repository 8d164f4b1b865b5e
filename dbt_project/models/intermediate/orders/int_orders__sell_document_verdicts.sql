-- One row per sales order or sales invoice in Exact: whether it is a sell order, and if not, by which rule.
-- verdict: wanted; leaves (Optiply must not hold it); outside (not sent, but one that Optiply holds stays).
with

documents as (
    select
        remote_id, document_type, document_number, type_code, status_code, is_complete, exact_customer_id,
        exact_warehouse_id, placed_date, is_in_optiply
    from {{ ref('int_orders__sell_documents') }}
),

deleted as (
    select remote_id, document_type
    from {{ ref('int_orders__sell_documents_deleted') }}
),

filtered_customers as (
    select exact_customer_id
    from {{ ref('int_orders__filtered_customers') }}
),

default_warehouse as (
    select exact_warehouse_id
    from {{ ref('int_export__warehouse') }}
),

facts as (
    select
        documents.remote_id,
        documents.document_type,
        documents.document_number,
        documents.document_type = 'sales_order' as is_sales_order,
        documents.type_code,
        documents.status_code,
        documents.is_complete,
        documents.placed_date,
        documents.is_in_optiply,
        deleted.remote_id is not null as is_deleted,
        filtered_customers.exact_customer_id is not null as is_of_filtered_customer,
        if(
            documents.document_type = 'sales_order',
            not {{ flag_sql('use_sales_orders_multiple_warehouses') }},
            -- only direct invoices name a warehouse: the others stay
            not {{ flag_sql('use_sales_invoices_multiple_warehouses') }}
            and documents.exact_warehouse_id is not null
        ) as is_one_warehouse_only,
        default_warehouse.exact_warehouse_id as default_warehouse_id,
        documents.exact_warehouse_id
    from documents
    left join deleted
        on documents.remote_id = deleted.remote_id and documents.document_type = deleted.document_type
    left join filtered_customers on documents.exact_customer_id = filtered_customers.exact_customer_id
    left join default_warehouse on true
),

-- the first rule that holds: what Exact says before what the tenant's flags say
judged as (
    select
        remote_id,
        document_type,
        document_number,
        is_in_optiply,
        case
            when is_deleted then ['leaves', 'SO4', 'deleted in Exact']
            when is_sales_order and status_code = 45 then ['leaves', 'SO4', 'cancelled in Exact']
            when is_sales_order and not {{ flag_sql('use_sales_orders') }}
                then ['leaves', 'SO1', 'flag use_sales_orders']
            when not is_sales_order and not {{ flag_sql('use_sales_invoices') }}
                then ['leaves', 'SO1', 'flag use_sales_invoices']
            when not is_sales_order and (type_code in (8020, 8023)) is not true
                then ['leaves', 'SO5', 'no sales invoice: type ' || coalesce(type_code::varchar, 'unknown')]
            when not is_sales_order and status_code = 10 then ['leaves', 'SO5', 'draft invoice']
            when not {{ flag_sql('pullAllOrders') }} and not is_complete
                then ['leaves', if(is_sales_order, 'SO3', 'SO5'), 'flag pullAllOrders']
            when is_of_filtered_customer then ['leaves', 'SO10', 'flag filter_sellOrder_CustomerIDs']
            when is_one_warehouse_only and default_warehouse_id is null
                then ['outside', 'F', 'the default warehouse is not in Exact']
            when is_one_warehouse_only and (exact_warehouse_id = default_warehouse_id) is not true
                then [
                    'leaves',
                    'F',
                    'flag use_sales_' || if(is_sales_order, 'orders', 'invoices') || '_multiple_warehouses'
                ]
            when placed_date is null then ['outside', if(is_sales_order, 'SO3', 'SO5'), 'no date in Exact']
            when placed_date < {{ first_order_date() }} and not is_in_optiply
                then ['outside', 'F', 'dated before start_date']
            else ['wanted', null, null]
        end as judgement
    from facts
),

verdicts as (
    select
        remote_id,
        document_type,
        document_number,
        is_in_optiply,
        judgement[1] as verdict,
        judgement[2] as rule_id,
        judgement[3] as reason
    from judged
)

select * from verdicts
