-- Grain: one row a record of the order file. reason is null where the row is used; otherwise it is the
-- first rule that applies. quantity: units of product; amount: study currency; both negative for a return.
-- Times: the business zone. Consent comes first: of one who opted out nothing is shown, not even a fault.
with typed as (
    select
        keyed_rows.record,
        keyed_rows.fault,
        keyed_rows.fault_text,
        keyed_rows.customer_id,
        -- Without order ids, what a customer buys on one day is one order.
        coalesce(keyed_rows.order_key, cast(cast(keyed_rows.ordered_at as date) as varchar)) as order_id,
        keyed_rows.ordered_at,
        cast(keyed_rows.ordered_at as date) as ordered_on,
        keyed_rows.quantity,
        keyed_rows.unit_price,
        keyed_rows.amount,
        keyed_rows.product_id,
        -- The order file knows best what it sold; the table of products fills what that leaves out.
        coalesce(keyed_rows.category, products.category) as category,
        coalesce(keyed_rows.brand, products.brand) as brand,
        keyed_rows.promotion,
        keyed_rows.discount,
        keyed_rows.is_repeat,
        coalesce(
            keyed_rows.quantity < 0
            or (keyed_rows.unit_price is null and keyed_rows.amount < 0)
            or (
                $cancellation_prefix <> ''
                and substring(keyed_rows.order_id, 1, length($cancellation_prefix)) = $cancellation_prefix
            ),
            false
        ) as is_return,
        marked_products.is_non_product,
        coalesce(marked_products.is_test, 0) as is_test_product,
        coalesce(marked_customers.is_test, 0) as is_test_customer,
        case when marked_orders.order_id is null then 0 else 1 end as is_test_order,
        marked_customers.is_out,
        marked_customers.is_unknown
    from keyed_rows
    left join products
        on keyed_rows.product_id = products.product_id
    left join marked_products
        on keyed_rows.product_id = marked_products.product_id
    left join marked_customers
        on keyed_rows.customer_id = marked_customers.customer_id
    left join marked_orders
        on keyed_rows.order_id = marked_orders.order_id
)

select
    record,
    customer_id,
    order_id,
    ordered_at,
    ordered_on,
    is_return,
    case when is_return then -abs(quantity) else quantity end as quantity,
    case when is_return then -abs(amount) else amount end as amount,
    product_id,
    category,
    brand,
    discount,
    -- What programs write for no promotion: a discount of nothing, or a flag that says no.
    case
        when discount > 0 then 1
        when promotion is null then 0
        when upper(promotion) in ('0', '0.0', '0.00', '0.000', '0.0000') then 0
        when upper(promotion) in ('FALSE', 'F', 'NO', 'N', 'NONE', 'NULL', 'NAN') then 0
        else 1
    end as is_promoted,
    case
        when is_out = 1 then 'opted_out'
        when is_unknown = 1 then 'consent_unknown'
        when fault is not null then fault
        when ordered_on > $as_of then 'after_as_of'
        when customer_id is null then 'missing_customer'
        when is_test_customer + is_test_product + is_test_order > 0 then 'test_row'
        when $set_aside_repeats and is_repeat then 'exact_duplicate'
        when $set_aside_non_products and is_non_product = 1 then 'not_a_product'
        when $set_aside_negative_prices and unit_price < 0 then 'negative_price'
        -- Goods by weight are sold in quantities that round to 0: what was paid decides where it is known.
        when $set_aside_zero_values and coalesce(amount, quantity) = 0 then 'zero_value'
        when $set_aside_returns and is_return then 'return'
    end as reason,
    case
        when is_out = 1 or is_unknown = 1 then null
        when fault is not null then fault_text
        when ordered_on > $as_of then cast(ordered_on as varchar)
        when customer_id is null then null
        when is_non_product = 1 or is_test_product = 1 then product_id
        when is_return or is_test_order = 1 then order_id
        when unit_price <= 0 then cast(unit_price as varchar)
    end as shown
from typed
