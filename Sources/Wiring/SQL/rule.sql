CREATE FUNCTION public.may_review(customer_id text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT coalesce((metadata ->> 'blocked')::boolean, false) FROM customer WHERE id = customer_id
$$;
ALTER TABLE public.review ADD CONSTRAINT review_by_welcome_customers CHECK (public.may_review(customer_id));
