-- One row per sales order or sales invoice in Exact, in one form for both.
with

sales_orders as (
    select
        exact_sales_order_id, order_number, status_code, exact_customer_id, exact_warehouse_id, order_date,
        amount_fc, amount_excl_vat_fc, modified_at
    from {{ ref('stg_exact__sales_orders') }}
),

sales_invoices as (
    select
        exact_sales_invoice_id, invoice_number, type_code, status_code, exact_customer_id,
        exact_warehouse_id, invoice_date, order_date, amount_fc, amount_excl_vat_fc
    from {{ ref('stg_exact__sales_invoices') }}
),

accepted as (
    select remote_id, completed
    from {{ ref('int_orders__accepted_sell_orders') }}
),

documents as (
    select
        exact_sales_order_id as remote_id,
        'sales_order' as document_type,
        order_number as document_number,
        cast(null as integer) as type_code,
        status_code,
        coalesce(status_code = 21, false) as is_complete,
        exact_customer_id,
        exact_warehouse_id,
        order_date as placed_date,
        -- SO3: Exact has no date of completion, and Modified moves on with every later edit
        {{ instant_text('modified_at') }} as completed_if_complete,
        amount_fc,
        amount_excl_vat_fc
    from sales_orders

    union all

    select
        exact_sales_invoice_id as remote_id,
        'sales_invoice' as document_type,
        invoice_number as document_number,
        type_code,
        status_code,
        coalesce(status_code = 50, false) as is_complete,
        exact_customer_id,
        exact_warehouse_id,
        coalesce(invoice_date, order_date) as placed_date,
        {{ instant_text('coalesce(invoice_date, order_date)') }} as completed_if_complete,
        amount_fc,
        amount_excl_vat_fc
    from sales_invoices
),

with_ledger as (
    select
        documents.remote_id,
        documents.document_type,
        documents.document_number,
        documents.type_code,
        documents.status_code,
        documents.is_complete,
        documents.exact_customer_id,
        documents.exact_warehouse_id,
        documents.placed_date,
        case
            when not documents.is_complete then null
            when documents.document_type = 'sales_order'
                then coalesce(accepted.completed, documents.completed_if_complete)
            else documents.completed_if_complete
        end as completed,
        documents.amount_fc,
        documents.amount_excl_vat_fc,
        accepted.remote_id is not null as is_in_optiply
    from documents
    left join accepted on documents.remote_id = accepted.remote_id
)

select * from with_ledger
